"""CT_IND_AAAA_GN: cNAM's disease flags of one person and year."""

from p4dp.contracts.snds.base import snds

TABLE = snds(
    "ct_ind",
    "CT_IND_AAAA_GN",
    "CNAM's disease flags of one person and year.",
    ("id_carto",),
    """
    id_carto | text 18 |  |  | Id · carto.
    ben_sex_cod | code 1 | IR_SEX_V |  | Ben · sex · cod.
    ben_nai_ann | year 4 |  |  | Ben · nai · ann.
    age | code 8 |  |  | Age.
    cla_age_ct | text 5 |  |  | Cla · age · ct.
    cla_age_5 | text 5 |  |  | Cla · age · 5.
    old_cod_reg | text 2 |  |  | Old · cod · reg.
    new_cod_reg | text 2 |  |  | New · cod · reg.
    dpt | text 3 |  |  | Dpt.
    regime | text 6 |  |  | Regime.
    source | text 3 |  |  | Source.
    cmu | code 8 |  |  | Cmu.
    ben_dcd_dte | date 8 |  |  | Ben · dcd · dte.
    dcd_3112 | code 8 |  |  | Dcd · 3112.
    ben_acs_top | text 1 |  |  | Ben · acs · top.
    ben_aah_top | code 8 |  |  | Ben · aah · top.
    top_CvIDM_aig | code 8 |  |  | Top · CvIDM · aig.
    top_CvCoron_chr | code 8 |  |  | Top · CvCoron · chr.
    sup_CvIDMCor_cat | code 8 |  |  | Sup · CvIDMCor · cat.
    top_CvAVC_aig | code 8 |  |  | Top · CvAVC · aig.
    top_CvAVC_seq | code 8 |  |  | Top · CvAVC · seq.
    sup_CvAVC_cat | code 8 |  |  | Sup · CvAVC · cat.
    top_CvIC_aig | code 8 |  |  | Top · CvIC · aig.
    top_CvIC_chr | code 8 |  |  | Top · CvIC · chr.
    sup_CvIC_cat | code 8 |  |  | Sup · CvIC · cat.
    top_CvAOMI_ind | code 8 |  |  | Top · CvAOMI · ind.
    top_CvTrRyC_ind | code 8 |  |  | Top · CvTrRyC · ind.
    top_CvValve_ind | code 8 |  |  | Top · CvValve · ind.
    top_CvEmbol_aig | code 8 |  |  | Top · CvEmbol · aig.
    top_CvAutre_ind | code 8 |  |  | Top · CvAutre · ind.
    sup_Cvaig_cat | code 8 |  |  | Sup · Cvaig · cat.
    sup_Cvchr_cat | code 8 |  |  | Sup · Cvchr · cat.
    sup_Cv_cat | code 8 |  |  | Sup · Cv · cat.
    top_FAntiHTA_med | code 8 |  |  | Top · FAntiHTA · med.
    sup_FAntiHTA_med_nnexclu | code 8 |  |  | Sup · FAntiHTA · med · nnexclu.
    top_FHypoLi_med | code 8 |  |  | Top · FHypoLi · med.
    sup_FHypoLi_med_nnexclu | code 8 |  |  | Sup · FHypoLi · med · nnexclu.
    sup_FRV_cat | code 8 |  |  | Sup · FRV · cat.
    sup_FRV_cat_nnexclu | code 8 |  |  | Sup · FRV · cat · nnexclu.
    top_FDiabet_ind | code 8 |  |  | Top · FDiabet · ind.
    sup_FInsul_ind | code 8 |  |  | Sup · FInsul · ind.
    sup_FInsulNO_ind | code 8 |  |  | Sup · FInsulNO · ind.
    sup_FRVDiab_cat | code 8 |  |  | Sup · FRVDiab · cat.
    top_CanSeiF_act | code 8 |  |  | Top · CanSeiF · act.
    top_CanSeiF_sur | code 8 |  |  | Top · CanSeiF · sur.
    sup_CanSeiF_cat | code 8 |  |  | Sup · CanSeiF · cat.
    top_CanColo_act | code 8 |  |  | Top · CanColo · act.
    top_CanColo_sur | code 8 |  |  | Top · CanColo · sur.
    sup_CanColo_cat | code 8 |  |  | Sup · CanColo · cat.
    top_CanPoum_act | code 8 |  |  | Top · CanPoum · act.
    top_CanPoum_sur | code 8 |  |  | Top · CanPoum · sur.
    sup_CanPoum_cat | code 8 |  |  | Sup · CanPoum · cat.
    top_CanPros_act | code 8 |  |  | Top · CanPros · act.
    top_CanPros_sur | code 8 |  |  | Top · CanPros · sur.
    sup_CanPros_cat | code 8 |  |  | Sup · CanPros · cat.
    top_CanAutr_act | code 8 |  |  | Top · CanAutr · act.
    top_CanAutr_sur | code 8 |  |  | Top · CanAutr · sur.
    sup_CanAutr_cat | code 8 |  |  | Sup · CanAutr · cat.
    sup_CanAct_cat | code 8 |  |  | Sup · CanAct · cat.
    sup_CanSur_cat | code 8 |  |  | Sup · CanSur · cat.
    sup_Can_cat | code 8 |  |  | Sup · Can · cat.
    top_Psychos_ind | code 8 |  |  | Top · Psychos · ind.
    top_PDepNev_ind | code 8 |  |  | Top · PDepNev · ind.
    sup_PTrBipo_ind | code 8 |  |  | Sup · PTrBipo · ind.
    sup_PTrDHum_ind | code 8 |  |  | Sup · PTrDHum · ind.
    sup_PTrNevr_ind | code 8 |  |  | Sup · PTrNevr · ind.
    top_PRetard_ind | code 8 |  |  | Top · PRetard · ind.
    top_PAddict_ind | code 8 |  |  | Top · PAddict · ind.
    sup_PAddAlc_ind | code 8 |  |  | Sup · PAddAlc · ind.
    sup_PAddTab_ind | code 8 |  |  | Sup · PAddTab · ind.
    sup_PAddCan_ind | code 8 |  |  | Sup · PAddCan · ind.
    sup_PAddAut_ind | code 8 |  |  | Sup · PAddAut · ind.
    top_PTrEnfa_ind | code 8 |  |  | Top · PTrEnfa · ind.
    top_PsyAutr_ind | code 8 |  |  | Top · PsyAutr · ind.
    sup_PsyPat_cat | code 8 |  |  | Sup · PsyPat · cat.
    top_PAntiDe_med | code 8 |  |  | Top · PAntiDe · med.
    sup_PAntiDe_med_nnexclu | code 8 |  |  | Sup · PAntiDe · med · nnexclu.
    top_PNeurol_med | code 8 |  |  | Top · PNeurol · med.
    sup_PNeurol_med_nnexclu | code 8 |  |  | Sup · PNeurol · med · nnexclu.
    top_PAnxiol_med | code 8 |  |  | Top · PAnxiol · med.
    sup_PAnxiol_med_nnexclu | code 8 |  |  | Sup · PAnxiol · med · nnexclu.
    top_PHypnot_med | code 8 |  |  | Top · PHypnot · med.
    sup_PHypnot_med_nnexclu | code 8 |  |  | Sup · PHypnot · med · nnexclu.
    sup_PsyMed_cat | code 8 |  |  | Sup · PsyMed · cat.
    sup_PsyMed_cat_nnexclu | code 8 |  |  | Sup · PsyMed · cat · nnexclu.
    sup_Psy_cat | code 8 |  |  | Sup · Psy · cat.
    top_NDemenc_ind | code 8 |  |  | Top · NDemenc · ind.
    sup_NDemAlz_ind | code 8 |  |  | Sup · NDemAlz · ind.
    sup_NDemAut_ind | code 8 |  |  | Sup · NDemAut · ind.
    top_NParkin_ind | code 8 |  |  | Top · NParkin · ind.
    sup_NDemPar_cat | code 8 |  |  | Sup · NDemPar · cat.
    top_NSePlaq_ind | code 8 |  |  | Top · NSePlaq · ind.
    top_NParapl_ind | code 8 |  |  | Top · NParapl · ind.
    top_NMyoMya_ind | code 8 |  |  | Top · NMyoMya · ind.
    top_NEpilep_ind | code 8 |  |  | Top · NEpilep · ind.
    top_NAutres_ind | code 8 |  |  | Top · NAutres · ind.
    sup_Neuro_cat | code 8 |  |  | Sup · Neuro · cat.
    sup_NeuDeg_cat | code 8 |  |  | Sup · NeuDeg · cat.
    top_ABPCOIr_ind | code 8 |  |  | Top · ABPCOIr · ind.
    sup_ABPCOIr_ind_nnexclu | code 8 |  |  | Sup · ABPCOIr · ind · nnexclu.
    top_IRCrRCH_ind | code 8 |  |  | Top · IRCrRCH · ind.
    top_IRPolyA_ind | code 8 |  |  | Top · IRPolyA · ind.
    top_IRSponA_ind | code 8 |  |  | Top · IRSponA · ind.
    top_IRautre_ind | code 8 |  |  | Top · IRautre · ind.
    sup_Inflam_cat | code 8 |  |  | Sup · Inflam · cat.
    top_IRMMHer_ind | code 8 |  |  | Top · IRMMHer · ind.
    top_IRMuco_ind | code 8 |  |  | Top · IRMuco · ind.
    top_IRHemop_ind | code 8 |  |  | Top · IRHemop · ind.
    sup_IRHemop_ind_exclu | code 8 |  |  | Sup · IRHemop · ind · exclu.
    sup_IRTrHemoSev_ind | code 8 |  |  | Sup · IRTrHemoSev · ind.
    sup_Rares_cat | code 8 |  |  | Sup · Rares · cat.
    top_IRVih_ind | code 8 |  |  | Top · IRVih · ind.
    sup_InfRarVIH_cat | code 8 |  |  | Sup · InfRarVIH · cat.
    top_RDialyse_ind | code 8 |  |  | Top · RDialyse · ind.
    sup_RHemDia_ind | code 8 |  |  | Sup · RHemDia · ind.
    sup_RDiaPer_ind | code 8 |  |  | Sup · RDiaPer · ind.
    top_Rtrans_aig | code 8 |  |  | Top · Rtrans · aig.
    top_Rtrans_chr | code 8 |  |  | Top · Rtrans · chr.
    sup_RDiaCou_ind | code 8 |  |  | Sup · RDiaCou · ind.
    sup_RIRCT_cat | code 8 |  |  | Sup · RIRCT · cat.
    top_HFoiPan_ind | code 8 |  |  | Top · HFoiPan · ind.
    sup_HFoiPan_ind_nnexclu | code 8 |  |  | Sup · HFoiPan · ind · nnexclu.
    sup_HFoi_ind | code 8 |  |  | Sup · HFoi · ind.
    sup_HPan_ind | code 8 |  |  | Sup · HPan · ind.
    top_ALDAutr_ind | code 8 |  |  | Top · ALDAutr · ind.
    sup_ALDAutr_0_ind | code 8 |  |  | Sup · ALDAutr · 0 · ind.
    sup_ALDAutr_2_ind | code 8 |  |  | Sup · ALDAutr · 2 · ind.
    sup_ALDAutr_4_ind | code 8 |  |  | Sup · ALDAutr · 4 · ind.
    sup_ALDAutr_10_ind | code 8 |  |  | Sup · ALDAutr · 10 · ind.
    sup_ALDAutr_19_ind | code 8 |  |  | Sup · ALDAutr · 19 · ind.
    sup_ALDAutr_23_ind | code 8 |  |  | Sup · ALDAutr · 23 · ind.
    sup_ALDAutr_26_ind | code 8 |  |  | Sup · ALDAutr · 26 · ind.
    sup_ALDAutr_29_ind | code 8 |  |  | Sup · ALDAutr · 29 · ind.
    sup_ALDAutr_30_ind | code 8 |  |  | Sup · ALDAutr · 30 · ind.
    sup_ALDAutr_31_ind | code 8 |  |  | Sup · ALDAutr · 31 · ind.
    sup_ALDAutr_32_ind | code 8 |  |  | Sup · ALDAutr · 32 · ind.
    sup_Patho_cat_exclu | code 8 |  |  | Sup · Patho · cat · exclu.
    sup_Patho_cat_nnexclu | code 8 |  |  | Sup · Patho · cat · nnexclu.
    top_Materni_ind | code 8 |  |  | Top · Materni · ind.
    sup_Materni_ind_exclu | code 8 |  |  | Sup · Materni · ind · exclu.
    sup_PatMat_cat | code 8 |  |  | Sup · PatMat · cat.
    sup_hospit_ponct | code 8 |  |  | Sup · hospit · ponct.
    sup_hospit_ponct_exclu | code 8 |  |  | Sup · hospit · ponct · exclu.
    sup_PatMatHos_cat | code 8 |  |  | Sup · PatMatHos · cat.
    sup_Petit_Conso | code 8 |  |  | Sup · Petit · Conso.
    sup_Arthros_med | code 8 |  |  | Sup · Arthros · med.
    sup_AINS_med | code 8 |  |  | Sup · AINS · med.
    sup_Antalg_med | code 8 |  |  | Sup · Antalg · med.
    sup_ACorti_med | code 8 |  |  | Sup · ACorti · med.
    sup_Arthros_med_nnexclu | code 8 |  |  | Sup · Arthros · med · nnexclu.
    sup_AINS_med_nnexclu | code 8 |  |  | Sup · AINS · med · nnexclu.
    sup_Antalg_med_nnexclu | code 8 |  |  | Sup · Antalg · med · nnexclu.
    sup_ACorti_med_nnexclu | code 8 |  |  | Sup · ACorti · med · nnexclu.
    sup_Petit_Conso_exclu | code 8 |  |  | Sup · Petit · Conso · exclu.
    sup_PopTot_cat | code 8 |  |  | Sup · PopTot · cat.
    version | text 2 |  |  | Version.
    BEN_DCD_AME | text 6 |  |  | Person · death · year and month.
    """,
)
